-- What one unit costs outside the promo; NULL: nobody said. Shown beside the price, and never paid.
ALTER TABLE promo_item
  ADD COLUMN list_price_minor BIGINT NULL;
