-- One row for each send to one recipient. Times are microseconds since 1970 in
-- UTC, 0 where not known. held_key is what the caller's retry is recognised by,
-- the key or a hash of key and token, for as long as the send may have happened,
-- and null otherwise: so its index refuses a second send.
CREATE TABLE IF NOT EXISTS waybill_records (
  id TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL,
  application TEXT NOT NULL,
  product_line TEXT NOT NULL,
  tenant TEXT NOT NULL,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  template TEXT NOT NULL,
  record_key TEXT NOT NULL,
  held_key TEXT,
  region TEXT NOT NULL,
  vendor TEXT NOT NULL,
  recipient TEXT NOT NULL,
  provider TEXT NOT NULL,
  instance TEXT NOT NULL,
  vendor_id TEXT NOT NULL,
  delivery TEXT NOT NULL,
  code TEXT NOT NULL,
  vendor_code TEXT NOT NULL,
  possible_duplicate INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  price TEXT NOT NULL,
  currency TEXT NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  report TEXT NOT NULL,
  report_code TEXT NOT NULL,
  report_vendor_code TEXT NOT NULL,
  report_delivered INTEGER NOT NULL,
  reported INTEGER NOT NULL
);

-- Every report that came, the row's own or not yet anybody's. The recipient is
-- written as in the row, '' where not said: one message id may be that of a whole
-- batch.
CREATE TABLE IF NOT EXISTS waybill_reports (
  gateway TEXT NOT NULL,
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  part INTEGER NOT NULL,
  status TEXT NOT NULL,
  record_key TEXT NOT NULL,
  code TEXT NOT NULL,
  vendor_code TEXT NOT NULL,
  at INTEGER NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (gateway, message_id, recipient, part, status)
);

CREATE UNIQUE INDEX IF NOT EXISTS waybill_records_held ON waybill_records (domain, application, tenant, held_key);

CREATE INDEX IF NOT EXISTS waybill_records_key ON waybill_records (record_key, recipient);

CREATE INDEX IF NOT EXISTS waybill_records_vendor ON waybill_records (vendor_id, recipient);

CREATE INDEX IF NOT EXISTS waybill_records_begun ON waybill_records (domain, begun);

CREATE INDEX IF NOT EXISTS waybill_reports_key ON waybill_reports (record_key, recipient);

CREATE INDEX IF NOT EXISTS waybill_reports_received ON waybill_reports (received);
