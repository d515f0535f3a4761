"""Submits one message with Python's smtplib, a client we did not write.

usage: submit.py MODE HOST PORT USER PASSWORD RCPT SUBJECT      MODE: starttls | implicit
"""
import smtplib
import ssl
import sys
from email.message import EmailMessage

mode, host, port, user, password, rcpt, subject = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # the development certificate is self-signed

message = EmailMessage()
message["From"] = f"Me <{user}>"
message["To"] = rcpt
message["Subject"] = subject
message.set_content("Hello from smtplib.\n\n.a line that begins with a dot\n\ttrailing blanks  \n\nGrüße\n")

if mode == "implicit":
    client = smtplib.SMTP_SSL(host, int(port), context=context, timeout=20)
else:
    client = smtplib.SMTP(host, int(port), timeout=20)
    client.starttls(context=context)
with client:
    client.login(user, password)
    refused = client.send_message(message)
print("refused:", refused)
