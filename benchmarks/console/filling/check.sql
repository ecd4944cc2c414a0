-- What the triggers would have refused: appointments whose phases have holes, or whose time is not occupied while booked.
SELECT count(*) FROM booking.appointment a
 WHERE a.tenant_id = (SELECT tenant_id FROM pg_temp.given)
   AND (NOT coalesce((SELECT min(start_time) = a.start_time AND max(end_time) = a.end_time
                             AND max(position) = count(*) - 1 AND sum(end_time - start_time) = a.end_time - a.start_time
                        FROM booking.phase p WHERE p.tenant_id = a.tenant_id AND p.appointment_id = a.appointment_id), false)
        OR (a.state = 'booked') <> EXISTS (SELECT FROM booking.occupancy o
                                            WHERE o.tenant_id = a.tenant_id AND o.appointment_id = a.appointment_id))
