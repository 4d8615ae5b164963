-- A promo as it was when somebody asked for a link to look at it, in the shop's own pages, before it is on sale. Who has the link sees it until then.
CREATE TABLE preview (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  token_hash CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- SHA-256, hexadecimal: what is stored opens nothing
  name       VARCHAR(120) NOT NULL, -- of the promo, for people
  document   MEDIUMTEXT   NOT NULL, -- JSON, as the edge tells of a promo
  made_by    VARCHAR(64)  NOT NULL,
  made_at    DATETIME(3)  NOT NULL,
  ends_at    DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY preview_token (token_hash),
  KEY preview_ends (ends_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
