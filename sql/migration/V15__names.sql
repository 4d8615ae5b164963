-- How promos and items are called on pages of one language; NULL: by their name, as everywhere else.
ALTER TABLE promo
  ADD COLUMN name_zh VARCHAR(120) NULL,
  ADD COLUMN name_en VARCHAR(120) NULL;

ALTER TABLE promo_item
  ADD COLUMN name_zh VARCHAR(120) NULL,
  ADD COLUMN name_en VARCHAR(120) NULL;
