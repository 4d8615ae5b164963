-- A list of accounts, and an item that only they may buy. Who is on a list never changes once it is kept, so what was approved stays what it
-- was; another list is another row. One that no item names may be deleted.
CREATE TABLE eligibility_list (
  id      BIGINT       NOT NULL AUTO_INCREMENT,
  name    VARCHAR(120) NOT NULL, -- for people
  members INT          NOT NULL,
  kept_by VARCHAR(64)  NOT NULL,
  kept_at DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT eligibility_list_members CHECK (members > 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE eligibility_member (
  list_id BIGINT      NOT NULL,
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (list_id, user_id),
  CONSTRAINT eligibility_member_of FOREIGN KEY (list_id) REFERENCES eligibility_list (id)
) ENGINE = InnoDB;

ALTER TABLE promo_item
  ADD COLUMN list_id BIGINT NULL, -- who may buy; NULL: whoever has the level
  ADD CONSTRAINT promo_item_list FOREIGN KEY (list_id) REFERENCES eligibility_list (id);
