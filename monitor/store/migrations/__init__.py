"""Every change of the tables, one file each, for both databases: run by ``store.schema`` when a store is opened."""
