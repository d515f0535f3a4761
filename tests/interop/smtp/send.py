"""Sends one message with Python's smtplib, a client we did not write.

usage: send.py MODE HOST PORT USER PASSWORD      MODE: clear | starttls | implicit | utf8
"""
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

mode, host, port, user, password = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # the certificate is made for the test

utf8 = mode == "utf8"
message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
message["From"] = "grüße@client.example" if utf8 else "a@client.example"
message["To"] = "b@mx.example"
message["Subject"] = "Grüße" if utf8 else "hello"
message.set_content("Hello.\n\n.a line that begins with a dot\n\ttrailing blanks  \n")

if mode == "implicit":
    client = smtplib.SMTP_SSL(host, int(port), context=context, timeout=20)
else:
    client = smtplib.SMTP(host, int(port), timeout=20)
with client:
    if mode == "starttls":
        client.starttls(context=context)
    if mode in ("starttls", "implicit"):
        client.login(user, password)
    # For addresses that need it, smtplib adds SMTPUTF8 and BODY=8BITMIME by itself.
    refused = client.send_message(message, to_addrs=["b@mx.example", "no@mx.example"])
print("refused:", sorted(refused))
