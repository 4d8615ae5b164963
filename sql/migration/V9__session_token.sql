-- Until when the newest token of a session can be valid, so that its end is on the blacklist as long as it must be and no longer; NULL in
-- rows of a version that did not write it. And what the blacklist is pruned by, of entries that nobody looks back at.

ALTER TABLE session ADD COLUMN token_until DATETIME(3) NULL;
ALTER TABLE blacklist_entry ADD KEY blacklist_entry_source (source, expires_at);
