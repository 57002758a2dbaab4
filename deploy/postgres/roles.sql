-- The roles and schemas of Hawser's services, one of each a service. Run it once in each database, before the first
-- migration; again whenever you like, it then changes nothing. Plain SQL for any client:
--
--   psql --no-psqlrc --set ON_ERROR_STOP=1 --file deploy/postgres/roles.sql "$ADMIN_DATABASE_URL"
--
-- Who runs it: a superuser, or a role with CREATEROLE that owns the database (deploy/postgres/README.md has the rest).
-- The roles get no password here, and cannot log in by one until you have set it:
--
--   ALTER ROLE hawser_directory PASSWORD '…';
--   ALTER ROLE hawser_bindings PASSWORD '…';
--   ALTER ROLE hawser_vault PASSWORD '…';

DO $$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['directory', 'bindings', 'vault'] LOOP
    -- Roles belong to the whole server: another database, or someone at this moment, may have made this one.
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', 'hawser_' || service);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END
$$;

-- Only a member of a role may make something its property. A superuser may anyway.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    GRANT hawser_directory, hawser_bindings, hawser_vault TO CURRENT_USER;
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS directory AUTHORIZATION hawser_directory;
CREATE SCHEMA IF NOT EXISTS bindings AUTHORIZATION hawser_bindings;
CREATE SCHEMA IF NOT EXISTS vault AUTHORIZATION hawser_vault;

-- Schemas that were there already, made by the standalone program for instance, become the property of the roles with
-- all that is in them. A sequence that belongs to a column goes with its table, and cannot go by itself.
DO $$
DECLARE
  service text;
  relation record;
BEGIN
  FOREACH service IN ARRAY ARRAY['directory', 'bindings', 'vault'] LOOP
    IF (SELECT nspowner FROM pg_namespace WHERE nspname = service) <> ('hawser_' || service)::regrole THEN
      EXECUTE format('ALTER SCHEMA %I OWNER TO %I', service, 'hawser_' || service);
    END IF;
    FOR relation IN
      SELECT relname, relkind FROM pg_class c
       WHERE relnamespace = service::regnamespace
         AND relowner <> ('hawser_' || service)::regrole
         AND (relkind IN ('r', 'p', 'v', 'm')
              OR relkind = 'S' AND NOT EXISTS (
                SELECT FROM pg_depend
                 WHERE classid = 'pg_class'::regclass AND objid = c.oid
                   AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')))
    LOOP
      -- ALTER TABLE takes views and sequences too.
      EXECUTE format('ALTER TABLE %I.%I OWNER TO %I', service, relation.relname, 'hawser_' || service);
    END LOOP;
  END LOOP;
END
$$;

-- Owners need no grant. Nobody else has any business in a service's schema, and the services none in `public`, where
-- everybody may look around (and before PostgreSQL 15 make tables).
REVOKE ALL ON SCHEMA directory FROM PUBLIC, hawser_bindings, hawser_vault;
REVOKE ALL ON SCHEMA bindings FROM PUBLIC, hawser_directory, hawser_vault;
REVOKE ALL ON SCHEMA vault FROM PUBLIC, hawser_directory, hawser_bindings;
REVOKE ALL ON SCHEMA public FROM PUBLIC, hawser_directory, hawser_bindings, hawser_vault;
