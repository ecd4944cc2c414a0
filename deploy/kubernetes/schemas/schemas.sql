-- One role and one schema for each service, and no way from one to another. Run once, in the database of Rufbuch, by a user
-- that may create roles. The roles cannot log in until somebody gives them their passwords.

DO $$ BEGIN CREATE ROLE availability NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS availability;
REVOKE ALL ON SCHEMA availability FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA availability TO availability;
ALTER ROLE availability SET search_path = availability;

DO $$ BEGIN CREATE ROLE booking NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS booking;
REVOKE ALL ON SCHEMA booking FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA booking TO booking;
ALTER ROLE booking SET search_path = booking;

DO $$ BEGIN CREATE ROLE calcom_sync NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS calcom_sync;
REVOKE ALL ON SCHEMA calcom_sync FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA calcom_sync TO calcom_sync;
ALTER ROLE calcom_sync SET search_path = calcom_sync;

DO $$ BEGIN CREATE ROLE console NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS console;
REVOKE ALL ON SCHEMA console FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA console TO console;
ALTER ROLE console SET search_path = console;

DO $$ BEGIN CREATE ROLE staff_registry NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS staff_registry;
REVOKE ALL ON SCHEMA staff_registry FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA staff_registry TO staff_registry;
ALTER ROLE staff_registry SET search_path = staff_registry;

DO $$ BEGIN CREATE ROLE telephony_gateway NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA IF NOT EXISTS telephony_gateway;
REVOKE ALL ON SCHEMA telephony_gateway FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA telephony_gateway TO telephony_gateway;
ALTER ROLE telephony_gateway SET search_path = telephony_gateway;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
