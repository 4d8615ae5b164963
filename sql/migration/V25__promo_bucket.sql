-- How often one account may try to buy of a promo, and how many a second are let through to Redis for each of its SKUs, where that is not what the
-- edge's own settings say. Each node of the edge has buckets of its own. `rate:burst`: 5:10 is 5 a second with a burst of 10.

CREATE TABLE promo_bucket (
  promo_id BIGINT      NOT NULL,
  account  VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  sku      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (promo_id),
  CONSTRAINT promo_bucket_of FOREIGN KEY (promo_id) REFERENCES promo (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
