-- What was answered to whom, as the edges tell it: of BLACKLISTED and IDENTITY_MISMATCH all, of other refusals a sample. Written by the
-- backend, which keeps seven days and a million rows at most. What became an order has its trace id in its own row.

CREATE TABLE decision (
  id         BIGINT      NOT NULL AUTO_INCREMENT,
  trace_id   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL, -- of a known item
  user_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL, -- of a session that was verified
  address    VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ends       BIGINT      NULL, -- when the entry of the blacklist does, ms since 1970; 0: when it is lifted
  node       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  decided_at DATETIME(3) NOT NULL, -- on Redis's clock, within a second
  PRIMARY KEY (id),
  UNIQUE KEY decision_trace (trace_id),
  KEY decision_user (user_id, id),
  KEY decision_address (address, id),
  KEY decision_at (decided_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

ALTER TABLE orders ADD KEY orders_trace (trace_id);
