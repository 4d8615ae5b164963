-- What editors have typed and may go on with: any of it may be missing or wrong until it is handed in and becomes a promo.

CREATE TABLE promo_draft (
  id        BIGINT       NOT NULL AUTO_INCREMENT,
  promo_id  BIGINT       NULL,               -- what it became when it was last handed in
  handed_in INT          NULL,               -- the version since which it was not changed, if that is the present one
  version   INT          NOT NULL DEFAULT 1, -- rises with each save; who saves says which one they have seen
  page      VARCHAR(36)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '', -- the open page that saved last
  name      VARCHAR(120) NOT NULL,           -- for lists
  document  MEDIUMTEXT   NOT NULL,           -- JSON
  edited_by VARCHAR(64)  NOT NULL,
  edited_at DATETIME(3)  NOT NULL,
  discarded TINYINT      NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY promo_draft_promo (promo_id),
  CONSTRAINT promo_draft_of FOREIGN KEY (promo_id) REFERENCES promo (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What is handed in is there as a whole, a hundred items long.
ALTER TABLE audit_log MODIFY detail MEDIUMTEXT NOT NULL; -- JSON

-- The zone in which people speak of its times, which are UTC all the same.
ALTER TABLE promo ADD COLUMN zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'UTC';
