// Package sqlrecords keeps [waybill.Record] values in a relational database over
// database/sql, for the recorders of the domains. It knows the dialects of
// PostgreSQL, MySQL (and MariaDB) and SQLite, and no driver.
//
// # Statements
//
// Begin is one INSERT, or one for each 250 records in a transaction. The
// caller's own retry is found by a unique index over domain, application, tenant
// and held_key, which holds the caller's key, or what the record has as its
// Identity, for as long as the send may have happened: no lock, no read before the
// write. BeginEach looks who holds the keys when an INSERT was refused, and
// inserts the others. End is one statement for each 250 records, and for what may
// have been sent one look at the reports that came before it.
//
// A report is an event: it is inserted, and then the row is locked and computed
// anew from all events of its message. Report writes before it reads the row and
// End writes before it reads the events, so one of the two sees the other. Where
// several records share an id or a key, the recipient says whose an event is.
//
// A Store is safe for concurrent use, by any number of processes.
package sqlrecords
