//! The DNS records of a mail domain: typed builders for SPF, DKIM, DMARC and MX, and zone text with correct splitting.
