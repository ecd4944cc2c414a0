"""The one statement that books."""

BOOK = """
SELECT book(
    appointments => $1, option_ids => $2, owner => $3, occupants => $4::text::uuid[], days => $5::text::bigint[], request => $6,
    wish => $7, first_id => $8, instant => $9, in_call => $10, trace => $11, said_email => $12, read_back => $13)
"""
"""One statement is one transaction and one round trip: no lock is held while anything travels. What it does stands in migration
0017.

Answers the customer, with the address that no event names; nothing where the request_id has an answer or an occupant has no number yet. Raises an exclusion
violation where the time is taken, a unique violation where the call has booked an option under another request_id.
"""
