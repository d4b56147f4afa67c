package main

// usage is what -h prints.
const usage = `Order takes delivery orders through every step: addresses, way, fare, the
driver's SMS and push, the customer's mail with a linked attachment.

Usage: order [flags]

  -in FILE       orders as JSON (see below), "-" for standard input; default: a
                 dozen that comes with the program
  -jobs N        orders under way at a time, 1 to 64; default 4
  -maps LIST     map vendors to ask first, such as "baidu,amap"; default
                 "amap,baidu,google". Prints the constructor lines that change.
  -outage LIST   providers that go down in the middle of the run, such as
                 "amap,nexmo". NAME:lost-replies loses their replies after the
                 request was processed; NAME:CODE lets them refuse with a code of
                 theirs (amap:10021, baidu:302, nexmo:9, fcm:QUOTA_EXCEEDED,
                 smtp:451, s3:SlowDown); NAME:FAULT is a fault of the transport
                 (html_200, cut_body).
                 Names are those of the first lines.
  -explain N     print every attempt of order N: code, scope, delivery, wait
  -wire N        print the requests of order N as the vendors see them, with
                 secrets masked

Exit status: 0 when all orders are complete, 1 when one failed, 2 for wrong usage.

Orders are a JSON array. Numbers may be written as people write them; a region is
two letters (ISO 3166-1; HK, MO and TW are regions of their own). With "typed" a
text is what the customer typed until the app showed the place and it was chosen;
the first suggestion is taken.

  [{"id": "A-1",
    "pickup":   {"text": "深圳北站", "region": "CN", "city": "深圳市"},
    "dropoff":  {"text": "Hong Kong Internat", "region": "HK", "typed": true},
    "driver":   {"phone": "(852) 6123 4567", "phone_region": "HK",
                 "language": "zh-Hant", "token": "…"},
    "customer": {"mail": "Name <name@example.com>"}}]

The fakes know some sixty places in ten cities; other addresses need real maps.

Environment. Without these variables the program starts fakes of the vendors and
touches no network. A domain with credentials uses the real services only:

  maps     AMAP_KEY, AMAP_PRIVATE_KEY (if signatures are on)
           BAIDU_AK, BAIDU_SK (if signatures are on)
           GOOGLE_MAPS_KEY, GOOGLE_MAPS_KEY_B (a second project)
  sms      NEXMO_KEY, NEXMO_SECRET, NEXMO_MAINLAND (any value: the account may
           send to the mainland); NEXMO_B_KEY, …, for a second account;
           NEXMO_FROM (sender id), SMS_CN_SIGN (registered in the mainland),
           SMS_IN_HEADER, SMS_IN_ENTITY, SMS_IN_CONTENT (registered in India)
  push     FCM_SERVICE_ACCOUNT, FCM_B_SERVICE_ACCOUNT (files with the JSON keys of
           two service accounts of one project)
  mail     SMTP_ADDR (host:port; 465 is TLS from the start, others STARTTLS),
           SMTP_USER, SMTP_PASSWORD, SMTP_FROM; SMTP_B_ADDR, …, for a second relay
  storage  S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION, S3_ENDPOINT (for
           servers that are not Amazon's); otherwise links work on this machine
           only

With real senders -in is needed: the dozen's numbers are invented.
`
