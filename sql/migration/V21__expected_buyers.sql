-- How many shoppers its editor expects when it opens; NULL: nobody said.
ALTER TABLE promo
  ADD COLUMN expected_buyers INT NULL,
  ADD CONSTRAINT promo_expected_buyers CHECK (expected_buyers > 0);
