//! The Postrider Resolver over hickory-resolver, for real DNS.
