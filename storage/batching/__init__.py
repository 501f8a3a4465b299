"""The fast path: deferred writes, id allocation and the caches of one transaction.

A message takes 0.9 statements and 2.3 ms of processor time with it, 18.6 statements and 13.7 ms without (medians of
``python -m bench --only tickets_rules``, November 2026; ADR 11). The path consists of ``storage/transaction.py``
(writes are deferred and executed in bulk), :mod:`~storage.batching.id_allocator` (ids of rows that are not written
yet), :mod:`~storage.batching.transaction_cache` (rows prefetched or created) and
:mod:`~storage.batching.candidate_cache` (problems that a message may join). ``Database(url, batching=False)`` switches
it off: every row is written by a statement of its own before the next statement, and everything is queried.
``tests/storage/test_batching.py`` compares both ways.
"""
