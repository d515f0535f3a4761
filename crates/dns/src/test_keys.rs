//! Public keys for tests, made for this purpose; nobody has the private ones.

/// RSA, 1000 bits.
pub(crate) const RSA_1000: &str = "\
    MIGbMA0GCSqGSIb3DQEBAQUAA4GJADCBhQJ+ALwj3Eb5DsczSsoUc7kM/b2mTvbDAnaJoOGUly9sB5e9fc+94de21g1e\
    S/jzcToRCh+72AREt/jVa5Q21h6pairVjK3VYMpXoTKGb344D/ZWwzDmNzz4uGNXAVLr6PEJsIEttAB07u0xJLptrcE3\
    kxX0jGj+LqgzaRgI4cA1AgMBAAE=";

/// RSA, 1024 bits.
pub(crate) const RSA_1024: &str = "\
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDHS1Oe6RqJBbnpaomzU6kRU9ca26apmUOZ/tpTqIGwRZFPw8BZokWO\
    T80bLQDYN62DDPwpRxbZPlLE9LL4VlYyvWrppBVqrzszbrQHwFrihQ+f2tPdQSssJZI80Tbbgw4KGevGHkFzDC2iaoRt\
    VfHN/6WRE4hI6IPxp5nrok66pQIDAQAB";

/// RSA, 2048 bits.
pub(crate) const RSA_2048: &str = "\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjkSgpKAUkYAcwfFf4I2EzVyFQSCZ217hwTul26cDKHtVzVTY\
    bbi6Ak+IT2uJ93Ec0wrixT5fue6Vt0kQX6Aw0vgJmMOqHeUqAnZulgoAxaWzCY7cPojcXMf1HA+0+A49XLdoAS0sWGOE\
    MBX6wC/DtwL27qEnGxOEu/6mNvELmxsDOC8Cwh95k8HITyrcRL3TPqboaNpPfCtW8mmbWSTDdxdDsQCMT6PTxPv6WDZO\
    KKIIJM5Q4juMwwdu/IMSzP8qLlKUjTxnTynGtwDKejjCiS8rG3Hfg4kT8AOncnrhECfOEC9o88pDoYwdTVVUAX3HObdD\
    EhbkCT6Mux//7aXdwQIDAQAB";

/// RSA, 4096 bits.
pub(crate) const RSA_4096: &str = "\
    MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAiA+ipiRDZEFcQGV5vrhE0EbY7fRWld9CiybZI8vkL9/5E+YH\
    mxDc0gxP+0KbnU3vrEwmsu/YhkzNSjo3YC2wJshKuf+hD/RHtlSrjNTptjla9WcHgSjzZ/XLIWYpQDJqO1GRtrokWN+8\
    h3L3SjWYGN8JDH+HZpDGVQYliOB0E+Zqou5d8Dd3vrOLow4osoie9BH14E0DNGtVAmJ21O07KYIKkFoP37F4ULJOWWmh\
    hMD2w4yPyeFH6hakE7imxoAOaURtd8tkCFc+E53lKqT/oBWMyrwyH/0hil2Lrt+8v6qo3HUsl+c13WazT0+kGoU11zpF\
    cFgdV+2c7RMm2rL2V7Et+zH3TN2Cu8dw9s5uAqyrwCDJdSG9gcbfAewdQhkdPMOtWana4Ab2DLXsmldcJ+7AfLeeEGhe\
    1xgq8B0NcvAo4Ivha9jwG8dtp1iyhqDU546AGaKJHvK4+DO5Ih8G4cqly0q7IVBuC6rQ4lW/hEjVt5CVciWtPkTa4edi\
    dcoj88ODW6R+V51HTHHUkQyP0Ab8OA1zk/vh9VGsY/NkDkDA+M9pdXkcm0oDVAL+Ink/RhM3eziNQhb0EFgD7+xmHfVP\
    D2uxYJJ3Mu1N7oOdX/iLIgvgXKtWABqf87XHURoK9PIYu0ieOpuKKvJjvQAbwYjwOdleMhqUGm99Mf3lH/ECAwEAAQ==";

/// Ed25519, of RFC 8463 §A.2.
pub(crate) const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
