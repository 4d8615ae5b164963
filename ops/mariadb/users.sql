-- One statement a line, run at every start of the server; {name} stands for that user's password.
-- Only `migration` changes tables; it hands out the rights on them (grants/), since they come after the tables.
CREATE DATABASE IF NOT EXISTS flashsale CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'migration'@'%' IDENTIFIED BY '{migration}';
ALTER USER 'migration'@'%' IDENTIFIED BY '{migration}';
GRANT ALL PRIVILEGES ON flashsale.* TO 'migration'@'%' WITH GRANT OPTION;
CREATE USER IF NOT EXISTS 'backend'@'%' IDENTIFIED BY '{backend}';
ALTER USER 'backend'@'%' IDENTIFIED BY '{backend}';
CREATE USER IF NOT EXISTS 'consumer'@'%' IDENTIFIED BY '{consumer}';
ALTER USER 'consumer'@'%' IDENTIFIED BY '{consumer}';
CREATE USER IF NOT EXISTS 'cms'@'%' IDENTIFIED BY '{cms}';
ALTER USER 'cms'@'%' IDENTIFIED BY '{cms}';
CREATE USER IF NOT EXISTS 'operator'@'%' IDENTIFIED BY '{operator}';
ALTER USER 'operator'@'%' IDENTIFIED BY '{operator}';
GRANT SELECT ON flashsale.* TO 'operator'@'%';
GRANT PROCESS ON *.* TO 'operator'@'%';
