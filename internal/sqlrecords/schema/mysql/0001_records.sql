-- One row for each send to one recipient. Times are microseconds since 1970 in
-- UTC, 0 where not known. held_key is what the caller's retry is recognised by,
-- the key or a hash of key and token, for as long as the send may have happened,
-- and null otherwise: so its index refuses a second send.
CREATE TABLE IF NOT EXISTS waybill_records (
  id VARCHAR(190) NOT NULL PRIMARY KEY,
  domain VARCHAR(190) NOT NULL,
  application VARCHAR(190) NOT NULL,
  product_line VARCHAR(190) NOT NULL,
  tenant VARCHAR(190) NOT NULL,
  lane VARCHAR(190) NOT NULL,
  kind VARCHAR(190) NOT NULL,
  template VARCHAR(190) NOT NULL,
  record_key VARCHAR(190) NOT NULL,
  held_key VARCHAR(190),
  region VARCHAR(190) NOT NULL,
  vendor VARCHAR(190) NOT NULL,
  recipient VARCHAR(190) NOT NULL,
  provider VARCHAR(190) NOT NULL,
  instance VARCHAR(190) NOT NULL,
  vendor_id VARCHAR(190) NOT NULL,
  delivery VARCHAR(190) NOT NULL,
  code VARCHAR(190) NOT NULL,
  vendor_code VARCHAR(190) NOT NULL,
  possible_duplicate INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  price VARCHAR(190) NOT NULL,
  currency VARCHAR(190) NOT NULL,
  begun BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  report VARCHAR(190) NOT NULL,
  report_code VARCHAR(190) NOT NULL,
  report_vendor_code VARCHAR(190) NOT NULL,
  report_delivered INTEGER NOT NULL,
  reported BIGINT NOT NULL,
  UNIQUE KEY waybill_records_held (domain, application, tenant, held_key),
  KEY waybill_records_key (record_key, recipient),
  KEY waybill_records_vendor (vendor_id, recipient),
  KEY waybill_records_begun (domain, begun)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Every report that came, the row's own or not yet anybody's. The recipient is
-- written as in the row, '' where not said: one message id may be that of a whole
-- batch.
CREATE TABLE IF NOT EXISTS waybill_reports (
  gateway VARCHAR(190) NOT NULL,
  message_id VARCHAR(190) NOT NULL,
  recipient VARCHAR(190) NOT NULL,
  part INTEGER NOT NULL,
  status VARCHAR(32) NOT NULL,
  record_key VARCHAR(190) NOT NULL,
  code VARCHAR(190) NOT NULL,
  vendor_code VARCHAR(190) NOT NULL,
  at BIGINT NOT NULL,
  received BIGINT NOT NULL,
  PRIMARY KEY (gateway, message_id, recipient, part, status),
  KEY waybill_reports_key (record_key, recipient),
  KEY waybill_reports_received (received)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
