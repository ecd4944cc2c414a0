-- depends: 0016.whole-by-keys
-- A booking was one statement of a dozen parts, each of which PostgreSQL prepared and put away again for every booking. A function
-- asks for the same one after the other, in one round trip and one transaction as before.

-- The answer is written before what it names, so that a twin waits at it: what it names has to be there at the commit.
ALTER TABLE booking_request ALTER CONSTRAINT booking_request_tenant_id_appointment_id_fkey DEFERRABLE INITIALLY DEFERRED;

-- Books appointments: as events tell them, with the option that each was. Answers the customer, with the address that no event
-- names; null where the request has an answer or an occupant has no number yet. Raises an exclusion violation where the time is
-- taken, a unique violation where the call has booked an option under another request. "days": see storage/occupants.py.
CREATE FUNCTION book(
    appointments jsonb, option_ids jsonb, owner uuid, occupants uuid[], days bigint[], request text, wish text, first_id uuid,
    instant timestamptz, in_call text, trace text, said_email text, read_back boolean
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
    numbers bigint[];
    day bigint;
    known record;
    whose jsonb;
    doc jsonb;
    which uuid;
    part jsonb;
    begun timestamptz;
    reached timestamptz;
    number_taken bigint;
    span_taken int8range;
    needed int8multirange;
    taken int8multirange;
    sound boolean;
BEGIN
    -- Under another name nobody is taken: whoever has become one meanwhile is not found, and looked up by its right one.
    -- Shared with all but who makes two of them one, or is of a version that lets nobody else in.
    SELECT array_agg(o.occupant_id), array_agg(o.number) INTO ids, numbers FROM (
        SELECT occupant_id, number FROM occupant WHERE tenant_id = owner AND occupant_id = ANY (occupants) AND same_as IS NULL
         ORDER BY number FOR SHARE) AS o;
    IF coalesce(cardinality(ids), 0) <> cardinality(occupants) THEN
        RETURN NULL;
    END IF;
    -- Whatever takes time of the same occupant on the same day goes one after another: two that meet in the exclusion
    -- constraint at the same moment would wait for each other until PostgreSQL calls it a deadlock. Sorted, for the same
    -- reason (BK-22).
    FOREACH day IN ARRAY days LOOP
        CONTINUE WHEN pg_advisory_xact_lock(day) IS NULL;  -- an expression: PERFORM would be a query
    END LOOP;

    -- A twin waits here, or for a day of an occupant, until the first is committed. From here on nothing happens for it.
    INSERT INTO booking_request (tenant_id, request_id, fingerprint, appointment_id, answered_at)
    VALUES (owner, request, wish, first_id, instant) ON CONFLICT (tenant_id, request_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    -- What is known stays, a name and an address: what was said now may have been misheard, unless it was read back.
    whose := appointments->0->'customer';
    INSERT INTO customer (
        tenant_id, customer_id, name, phone_number, withheld_in_call, calendar_email, created_at, booked_at, email)
    VALUES (owner, (whose->>'customer_id')::uuid, whose->>'name', whose->>'phone_number',
            CASE WHEN whose->>'phone_number' IS NULL THEN coalesce(nullif(in_call, ''), 'request ' || request) END,
            whose->>'calendar_email', instant, instant, said_email)
    ON CONFLICT (tenant_id, known_by) DO UPDATE SET booked_at = EXCLUDED.booked_at,
        email = CASE WHEN read_back THEN coalesce(EXCLUDED.email, customer.email)
                     ELSE coalesce(customer.email, EXCLUDED.email) END
    RETURNING customer_id, name, phone_number, calendar_email, email INTO known;
    whose := jsonb_build_object('customer_id', known.customer_id, 'name', known.name,
                                'phone_number', known.phone_number, 'calendar_email', known.calendar_email);

    FOR nth IN 1..jsonb_array_length(appointments) LOOP
        doc := appointments->nth - 1;
        which := doc->>'appointment_id';
        reached := doc->>'start_time';
        INSERT INTO appointment (
            tenant_id, appointment_id, branch_id, service_id, service_name, person_id, customer_id, name_given, state,
            start_time, end_time, call_id, option_id, created_at, version, service_ids, party_id, party_position,
            overbooking_reason, overbooked_by, series_id, series_position)
        VALUES (
            owner, which, (doc->>'branch_id')::uuid, (doc->>'service_id')::uuid, doc->>'service_name',
            (doc->>'person_id')::uuid, known.customer_id, coalesce(nullif(doc->>'booked_for', ''), known.name), 'booked',
            reached, (doc->>'end_time')::timestamptz, in_call, option_ids->>nth - 1, instant, 1,
            translate(doc->>'service_ids', '[]', '{}')::uuid[],
            CASE WHEN jsonb_array_length(appointments) > 1 THEN first_id END, nth,
            doc->>'overbooking_reason', doc->>'overbooked_by', (doc->>'series_id')::uuid, (doc->>'series_position')::integer);

        sound := doc->>'overbooking_reason' IS NULL;
        needed := '{}';
        FOR place IN 0..jsonb_array_length(doc->'phases') - 1 LOOP
            part := doc->'phases'->place;
            begun := part->>'start_time';
            sound := sound AND begun = reached;
            reached := part->>'end_time';
            INSERT INTO phase (
                phase_id, tenant_id, appointment_id, position, name, kind, person_id, service_id, start_time, end_time)
            VALUES ((part->>'phase_id')::uuid, owner, which, place, part->>'name', part->>'kind',
                    (part->>'person_id')::uuid, (part->>'service_id')::uuid, begun, reached);
            IF part->>'kind' <> 'gap_free' THEN
                needed := needed + int8multirange(
                    occupied_span(numbers[array_position(ids, (part->>'person_id')::uuid)], begun, reached));
            END IF;
        END LOOP;

        taken := '{}';
        FOR place IN 0..jsonb_array_length(doc->'occupied') - 1 LOOP
            part := doc->'occupied'->place;
            number_taken := numbers[array_position(ids, coalesce(part->>'person_id', part->>'resource_id')::uuid)];
            span_taken := occupied_span(
                number_taken, (part->>'start_time')::timestamptz, (part->>'end_time')::timestamptz);
            INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span, overbooked)
            VALUES (owner, which, number_taken, span_taken, doc->>'overbooking_reason' IS NOT NULL);
            taken := taken + int8multirange(span_taken);
        END LOOP;

        INSERT INTO event (recorded_at, traceparent, kind, payload)
        VALUES (instant, trace, 'appointment_booked',
                CASE WHEN doc->'customer' = whose THEN doc ELSE doc || jsonb_build_object('customer', whose) END);
    END LOOP;

    -- What has just been written is not read again to find that it is whole (see appointment_is_whole). Where anything is
    -- unusual that looks at it as at everything else.
    IF sound AND reached = (doc->>'end_time')::timestamptz AND taken @> needed
       AND set_config('rufbuch.whole', owner || '/' || which, true) IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN whose || jsonb_build_object('email', known.email);
END $$;

-- As before; whatever is known to be whole is passed by at once.
CREATE OR REPLACE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
    which uuid;
    one record;
    part record;
    taken record;
    sound boolean;
    parts integer;
    reached timestamptz;
    needed int8multirange;
BEGIN
    IF TG_OP = 'INSERT' AND current_setting('rufbuch.whole', true) = NEW.tenant_id || '/' || NEW.appointment_id THEN
        RETURN NULL;
    END IF;
    -- The appointment that lost the row, and the one that has it: none is moved away unseen.
    FOR turn IN 1..2 LOOP
        IF turn = 1 THEN
            CONTINUE WHEN TG_OP = 'INSERT' OR TG_OP = 'UPDATE'
                AND OLD.tenant_id = NEW.tenant_id AND OLD.appointment_id = NEW.appointment_id;
            owner := OLD.tenant_id;
            which := OLD.appointment_id;
        ELSE
            CONTINUE WHEN TG_OP = 'DELETE'
                OR current_setting('rufbuch.whole', true) = NEW.tenant_id || '/' || NEW.appointment_id;
            owner := NEW.tenant_id;
            which := NEW.appointment_id;
        END IF;
        SELECT a.state, a.start_time, a.end_time, a.overbooking_reason IS NOT NULL AS overbooked INTO one
          FROM appointment a WHERE a.tenant_id = owner AND a.appointment_id = which;
        CONTINUE WHEN NOT FOUND;

        sound := true;
        parts := 0;
        reached := one.start_time;
        needed := '{}';
        FOR part IN
            SELECT p.position, p.kind, p.start_time, p.end_time,
                   (SELECT n.number FROM occupant n WHERE n.tenant_id = owner AND n.occupant_id = p.person_id) AS number
              FROM phase p WHERE p.tenant_id = owner AND p.appointment_id = which ORDER BY p.position
        LOOP
            sound := sound AND part.position = parts AND part.start_time = reached;
            parts := parts + 1;
            reached := part.end_time;
            IF part.kind <> 'gap_free' THEN
                -- Of somebody without a number it is all time, which nothing contains.
                needed := needed + int8multirange(occupied_span(part.number, part.start_time, part.end_time));
            END IF;
        END LOOP;
        IF NOT sound OR reached <> one.end_time THEN
            RAISE EXCEPTION 'the phases of an appointment follow each other from its start to its end'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'phases_without_holes';
        END IF;

        SELECT range_agg(o.span) AS time, bool_or(o.overbooked) AS overbooked INTO taken
          FROM occupancy o WHERE o.tenant_id = owner AND o.appointment_id = which;
        IF (CASE WHEN one.state = 'booked'
                 THEN NOT coalesce(taken.time, '{}') @> needed OR taken.overbooked <> one.overbooked
                 ELSE taken.time IS NOT NULL END) THEN
            RAISE EXCEPTION 'an appointment occupies its active phases and blocked gaps while it is booked, and only then'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_as_planned';
        END IF;
        IF turn = 2 THEN
            PERFORM set_config('rufbuch.whole', NEW.tenant_id || '/' || NEW.appointment_id, true);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
