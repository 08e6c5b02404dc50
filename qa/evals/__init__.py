"""What `onrecord eval` runs: questions in, measures out; one short file per benchmark. The studies are in tests/studies/."""
