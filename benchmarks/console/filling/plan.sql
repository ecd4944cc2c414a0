-- What is to be filled; one row.
CREATE TEMPORARY TABLE given (
    tenant_id uuid, branch_id uuid, people uuid[], service_ids uuid[], service_names text[], appointments integer,
    a_day integer, days_ahead integer, now timestamptz
);
