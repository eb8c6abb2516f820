"""Where things live: files, snapshots, the warehouse and the store."""
