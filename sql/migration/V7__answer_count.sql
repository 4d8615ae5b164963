-- How often the edge gave which answer for an item: a statistic that backend carries from Redis, not a book. A total belongs to one
-- incarnation of an edge node, is absolute, and only grows: carried twice it counts once.
CREATE TABLE answer_count (
  promo_item_id BIGINT      NOT NULL,
  incarnation   VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  total         BIGINT      NOT NULL,
  PRIMARY KEY (promo_item_id, incarnation, code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE edge_incarnation (
  incarnation VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  counted_at  DATETIME(3) NOT NULL, -- what it answered until then is in answer_count, but for the last tick of its workers
  PRIMARY KEY (incarnation)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
