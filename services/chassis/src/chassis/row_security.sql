-- Every table of the schema that says whose its rows are shows them to their owner alone; also to the role that owns the
-- table, which is the service's own. 'rufbuch.tenant' is told by chassis.postgres: an id, '*' for what is about all
-- owners, or '' (and everything else that nobody has set): nothing. Run after all migrations, so that a new table cannot be forgotten.
DO $$
DECLARE
    owned regclass;
BEGIN
    FOR owned IN
        SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
           AND a.attname = 'tenant_id' AND NOT a.attisdropped AND NOT c.relforcerowsecurity
    LOOP
        EXECUTE 'CREATE POLICY of_its_tenant ON ' || owned || $policy$ USING (
            tenant_id = (SELECT nullif(nullif(current_setting('rufbuch.tenant', true), ''), '*')::uuid)
            OR (SELECT current_setting('rufbuch.tenant', true) = '*'))$policy$;
        EXECUTE 'ALTER TABLE ' || owned || ' ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY';
    END LOOP;
END $$;
