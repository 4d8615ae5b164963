-- What each service may do, handed out by Flyway after each migration, when the tables are there. A service can write only
-- what it owns (see the head of V1__core.sql); nobody can change or delete a row of the ledger or of the audit log.

-- order-consumer: orders and stock
GRANT SELECT ON flashsale.promo TO 'consumer'@'%';
GRANT SELECT, UPDATE (available, held, sold, restocked, version) ON flashsale.promo_item TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.orders TO 'consumer'@'%';
GRANT SELECT, INSERT ON flashsale.stock_ledger TO 'consumer'@'%';
GRANT SELECT, INSERT ON flashsale.redis_effect TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.parked_message TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.queue_fence TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.payment TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE (state, reason, updated_at) ON flashsale.payment_order TO 'consumer'@'%';
GRANT SELECT, INSERT ON flashsale.payment_event TO 'consumer'@'%';
GRANT SELECT, INSERT, UPDATE (state, updated_at, next_at, tries) ON flashsale.refund TO 'consumer'@'%';
GRANT INSERT ON flashsale.audit_log TO 'consumer'@'%';
GRANT SELECT ON flashsale.policy TO 'consumer'@'%';
GRANT SELECT, UPDATE (waiting, carried_at, outcome) ON flashsale.judgement TO 'consumer'@'%';
GRANT SELECT ON flashsale.buyer TO 'consumer'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.queue_pulse TO 'consumer'@'%';

-- backend: the lease, buyers, and carrying what MySQL owes Redis
GRANT SELECT ON flashsale.promo TO 'backend'@'%';
GRANT SELECT, UPDATE (epoch, version) ON flashsale.promo_item TO 'backend'@'%';
GRANT SELECT ON flashsale.orders TO 'backend'@'%';
GRANT SELECT ON flashsale.stock_ledger TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE (applied_at) ON flashsale.redis_effect TO 'backend'@'%';
GRANT SELECT ON flashsale.parked_message TO 'backend'@'%';
GRANT SELECT ON flashsale.queue_fence TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON flashsale.lease TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.buyer TO 'backend'@'%';
GRANT SELECT ON flashsale.policy TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE (change_seq), DELETE ON flashsale.blacklist_entry TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE (password_hash, changed_at) ON flashsale.login TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE (tries, used_at), DELETE ON flashsale.one_time_code TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE (renewed_at, ends_at, ended_at, token_until), DELETE ON flashsale.session TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.finding TO 'backend'@'%';
GRANT SELECT, UPDATE (waiting, carried_at, outcome) ON flashsale.judgement TO 'backend'@'%';
GRANT SELECT ON flashsale.payment TO 'backend'@'%';
GRANT SELECT, UPDATE (verdict, verdict_epoch) ON flashsale.withdrawal TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.answer_count TO 'backend'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.edge_incarnation TO 'backend'@'%';
GRANT SELECT ON flashsale.payment_order TO 'backend'@'%';
GRANT SELECT ON flashsale.image TO 'backend'@'%';
GRANT SELECT ON flashsale.eligibility_member TO 'backend'@'%';
GRANT SELECT ON flashsale.preview TO 'backend'@'%';
GRANT SELECT ON flashsale.traffic_rule TO 'backend'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.traffic_catch TO 'backend'@'%';
GRANT SELECT ON flashsale.traffic_allowed TO 'backend'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.decision TO 'backend'@'%';
GRANT SELECT ON flashsale.promo_bucket TO 'backend'@'%';

-- cms-admin: promos, policies and the blacklist, with their audit
GRANT SELECT, INSERT, UPDATE ON flashsale.promo TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.promo_item TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.promo_draft TO 'cms'@'%';
GRANT SELECT, INSERT ON flashsale.promo_draft_author TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE (published_at), DELETE ON flashsale.image TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.image_file TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.eligibility_list TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.eligibility_member TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.preview TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON flashsale.work TO 'cms'@'%';
GRANT SELECT ON flashsale.orders TO 'cms'@'%';
GRANT SELECT, INSERT ON flashsale.stock_ledger TO 'cms'@'%';
GRANT SELECT, INSERT ON flashsale.redis_effect TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE (state, refusal, updated_at) ON flashsale.withdrawal TO 'cms'@'%';
GRANT SELECT ON flashsale.payment TO 'cms'@'%';
GRANT SELECT ON flashsale.payment_order TO 'cms'@'%';
GRANT SELECT ON flashsale.payment_event TO 'cms'@'%';
GRANT SELECT ON flashsale.refund TO 'cms'@'%';
GRANT SELECT ON flashsale.parked_message TO 'cms'@'%';
GRANT SELECT ON flashsale.answer_count TO 'cms'@'%';
GRANT SELECT ON flashsale.edge_incarnation TO 'cms'@'%';
GRANT SELECT ON flashsale.finding TO 'cms'@'%';
GRANT SELECT ON flashsale.queue_pulse TO 'cms'@'%';
GRANT SELECT, INSERT ON flashsale.judgement TO 'cms'@'%';
GRANT SELECT ON flashsale.buyer TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.policy TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE ON flashsale.blacklist_entry TO 'cms'@'%';
GRANT SELECT, UPDATE (window_s, threshold, ban_s, mode, version) ON flashsale.traffic_rule TO 'cms'@'%';
GRANT SELECT ON flashsale.traffic_catch TO 'cms'@'%';
GRANT SELECT, INSERT, DELETE ON flashsale.traffic_allowed TO 'cms'@'%';
GRANT SELECT ON flashsale.decision TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON flashsale.promo_bucket TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE (password_hash, role, state, must_change, stamp, failed, locked_until, last_login) ON flashsale.admin_user TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON flashsale.SPRING_SESSION TO 'cms'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON flashsale.SPRING_SESSION_ATTRIBUTES TO 'cms'@'%';
GRANT SELECT, INSERT ON flashsale.audit_log TO 'cms'@'%';

-- the operator's client: reads everything (users.sql), corrects what is not history
GRANT INSERT, UPDATE, DELETE ON flashsale.policy TO 'operator'@'%';
GRANT INSERT, UPDATE ON flashsale.buyer TO 'operator'@'%';
GRANT INSERT, UPDATE ON flashsale.blacklist_entry TO 'operator'@'%';
GRANT UPDATE (window_s, threshold, ban_s, mode, version) ON flashsale.traffic_rule TO 'operator'@'%';
GRANT INSERT, DELETE ON flashsale.traffic_allowed TO 'operator'@'%';
GRANT DELETE ON flashsale.promo_bucket TO 'operator'@'%';
GRANT UPDATE (resolved_at) ON flashsale.parked_message TO 'operator'@'%';
