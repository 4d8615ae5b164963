-- A picture as the shop shows it: cut to one shape, encoded anew, in several widths. Its files bear a name made of what is in them, so
-- what a name stands for never changes; another picture is another row.
CREATE TABLE image (
  id           BIGINT       NOT NULL AUTO_INCREMENT,
  name         CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- of its files: <name>-<width>.jpg
  widths       VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- pixels, ascending, by commas
  alt_zh       VARCHAR(200) COLLATE utf8mb4_bin NOT NULL, -- what it shows, for who does not see it
  alt_en       VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
  uploaded_by  VARCHAR(64)  NOT NULL,
  uploaded_at  DATETIME(3)  NOT NULL,
  published_at DATETIME(3)  NULL,     -- since when all its files are where shoppers fetch them; NULL: nobody is told of it yet
  PRIMARY KEY (id),
  KEY image_unpublished (published_at),
  CONSTRAINT image_widths CHECK (widths <> '')
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE image_file (
  image_id BIGINT     NOT NULL,
  width    INT        NOT NULL,
  bytes    MEDIUMBLOB NOT NULL, -- JPEG
  PRIMARY KEY (image_id, width),
  CONSTRAINT image_file_of FOREIGN KEY (image_id) REFERENCES image (id)
) ENGINE = InnoDB;

ALTER TABLE promo_item
  ADD COLUMN image_id BIGINT NULL,
  ADD CONSTRAINT promo_item_image FOREIGN KEY (image_id) REFERENCES image (id);
