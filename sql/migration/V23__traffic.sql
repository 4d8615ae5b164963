-- Who asks too often: the rules by which the backend's analyser puts somebody on the blacklist, whom it caught, and whom it leaves alone.

CREATE TABLE traffic_rule (
  name      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- subject-measure
  subject   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- address, network, account
  measure   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- requests, throttled, failed, malformed, partners
  window_s  INT         NOT NULL,
  threshold INT         NOT NULL, -- more than so many within the window
  ban_s     INT         NOT NULL, -- the first time; twice as long each time within a day
  mode      VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- OFF; DRY: says whom it would have caught; ARMED
  version   INT         NOT NULL DEFAULT 1,
  PRIMARY KEY (name),
  CONSTRAINT traffic_rule_window CHECK (window_s BETWEEN 1 AND 60),
  CONSTRAINT traffic_rule_threshold CHECK (threshold BETWEEN 1 AND 1000000),
  CONSTRAINT traffic_rule_ban CHECK (ban_s BETWEEN 1 AND 86400),
  CONSTRAINT traffic_rule_mode CHECK (mode IN ('OFF', 'DRY', 'ARMED'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Armed is what no person does, however impatient. A carrier puts thousands of people behind one address: what could be a crowd of
-- them is only said, until somebody who knows the shop's crowd arms it.
INSERT INTO traffic_rule (name, subject, measure, window_s, threshold, ban_s, mode) VALUES
  ('account-requests', 'account', 'requests', 10, 150, 300, 'ARMED'),
  ('account-throttled', 'account', 'throttled', 10, 100, 300, 'ARMED'),
  ('account-partners', 'account', 'partners', 60, 12, 300, 'DRY'),
  ('address-requests', 'address', 'requests', 10, 2000, 60, 'ARMED'),
  ('address-throttled', 'address', 'throttled', 10, 1000, 60, 'ARMED'),
  ('address-failed', 'address', 'failed', 10, 100, 300, 'ARMED'),
  ('address-malformed', 'address', 'malformed', 10, 100, 300, 'ARMED'),
  ('address-partners', 'address', 'partners', 60, 200, 300, 'DRY'),
  ('network-requests', 'network', 'requests', 10, 10000, 60, 'DRY'),
  ('network-failed', 'network', 'failed', 10, 500, 300, 'DRY');

CREATE TABLE traffic_catch (
  id         BIGINT      NOT NULL AUTO_INCREMENT,
  rule       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- as the blacklist names it
  value      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  measured   BIGINT      NOT NULL,
  threshold  INT         NOT NULL, -- as it was then
  window_s   INT         NOT NULL,
  ban_s      INT         NOT NULL, -- how long it is, or would have been, kept out
  armed      BOOLEAN     NOT NULL, -- whether it was put on the blacklist
  counted_to BIGINT      NOT NULL, -- the last second of it on Redis's clock
  caught_at  DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY traffic_catch_at (caught_at),
  KEY traffic_catch_counted (counted_to),
  KEY traffic_catch_whom (kind, value)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE traffic_allowed (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  kind       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- address, network, account
  value      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason     VARCHAR(255) NOT NULL,
  source     VARCHAR(64)  NOT NULL,
  created_at DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY traffic_allowed_whom (kind, value)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
