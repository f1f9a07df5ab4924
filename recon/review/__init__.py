"""What a person looks at before anything is sent: rows, filters, groups, likenesses and the meaning of decisions. Pure Polars."""
