//! Getting mail out: MX routes, the delivering client, bounces, and local delivery to Maildir.
