-- Where the stores were seen to differ, twice in a row; one row for each difference, kept as its history.
CREATE TABLE finding (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  promo_item_id BIGINT       NOT NULL,
  kind          VARCHAR(24)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- an order's id, or - for the item itself
  detail        VARCHAR(255) NOT NULL,
  repair        VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- RESEND, REBUILD: safe, done at once; NONE: a person's to judge
  state         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- OPEN, REPAIRED, APPROVED (as it is), GONE
  first_seen    DATETIME(3)  NOT NULL,
  last_seen     DATETIME(3)  NOT NULL,
  times_seen    INT          NOT NULL DEFAULT 1,
  decided_by    VARCHAR(64)  NULL,
  PRIMARY KEY (id),
  UNIQUE KEY finding_of (promo_item_id, kind, subject),
  KEY finding_state (state)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
