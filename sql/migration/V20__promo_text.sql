-- What is said of a promo on pages of one language; NULL: its description, as everywhere else.
ALTER TABLE promo
  ADD COLUMN description_zh TEXT NULL,
  ADD COLUMN description_en TEXT NULL,
  ADD COLUMN text_name      CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL; -- of the file that has it for shoppers, made of what is in it; NULL: not yet; empty: none

-- What was written before was for people of the CMS alone, and stays among them.
UPDATE promo SET text_name = '' WHERE description <> '';
