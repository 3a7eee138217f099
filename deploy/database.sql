-- Runs once, as the superuser, when the database's volume is new. The host needs a database, and no other right.
\getenv password POSTGRES_PASSWORD
CREATE ROLE recordings LOGIN PASSWORD :'password';
CREATE DATABASE recordings OWNER recordings;
-- From now on the superuser comes in from within the container only: docker compose exec database psql -U postgres
ALTER ROLE postgres PASSWORD NULL;
