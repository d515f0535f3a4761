//! SMTP and LMTP without I/O: values that can only be valid, a codec, and server and client connections as state machines.
