//! Stage rules for mail servers: a small, typed, total language whose evaluation explains itself.
