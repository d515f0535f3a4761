//! A durable mail queue: the Spool trait, a file engine that syncs before it promises, a retry schedule.
