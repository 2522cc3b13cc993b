# Variables of a shop
region_unencrypted = "eu-west-1" // not secret
password = "ENC[AES256_GCM,data:GdMRXK/Mmq8mdbQaooxZ3w==,iv:Iiu1oSRdMQ73s2/WXPjzf9qWoZSa2aXwsgEADZ8i9K8=,tag:uhiP1tl0OThrgbvs81SBPw==,type:str]" /* changed
   every week */
ports    = ["ENC[AES256_GCM,data:FmM=,iv:bC4KjEOJO0lZpFLST7pyTX/ZtoyjwE/Dg09TV/vJuzU=,tag:IaOMm354s6xxWKSuHxHRQg==,type:int]", "ENC[AES256_GCM,data:iq4N,iv:iYUwhthQsvXKep3Rhte6g1gpXuSAud11+XOyVwUdmt0=,tag:RwjZqb6+T7lyCfE5vWP1OQ==,type:int]", "ENC[AES256_GCM,data:SvEpJQ==,iv:3J/ob/d0oxmkWJR0C/CngG48+ObPnRh4z5V1OGEelMw=,tag:Rp+Kg4V+yuK3kVYWjrtUgg==,type:float]"] # of the proxy
database = {
  token : "ENC[AES256_GCM,data:tQkg,iv:akYUfeYaQ8WPcgztl4fv5VNR9A0eGHSncAwZCaqD8xM=,tag:/fi9XJQU7MY3Hrq8aPRgUA==,type:str]", # a note
  "a key" = { nested = ["ENC[AES256_GCM,data:bdZNNA==,iv:4hfZF1NiHuQloogEWQR3nJ0jss9Am1XWUr0+vSnjJYk=,tag:M+tit85HNrqqCGa8yoCH5Q==,type:bool]", null, {}] }
  # end
}
key = "ENC[AES256_GCM,data:22WCR3JemAhZTVCh2PBnJyt0pa7wT8HN76M=,iv:6Lr1+boFfGBhNICMUn1v8jBmJDfMRDG/t8KOI/G4TpE=,tag:fQ+ynn8umJ5CrZmWNwliNg==,type:str]"
certificate = "ENC[AES256_GCM,data:m6vmCLjM+SSTn/CarKVWbZaJDJSVh6CZw6mXM8h/FUrWdN9opaZvlRXp0ViRMmTz3vDArFgq3Y57Ct4=,iv:P+tu6kngy8NGL8WBweFNdyyOEm6I/kFDJjtyTUssTRM=,tag:xtEWtLYHXQUIYSdB0hdFng==,type:str]"

sops = {
  age = [
    {
      enc = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBZWnloTVNHWjRsY21pYWVV\nbzdrS3FhRGsvYXcyNlZGdTdldGNSZEp6TVIwCmxUQmdjZ0IzUVcrOVZaR0pKNDBU\naVllOHBRaEt1bGhBbUk2NENYZytKOGMKLS0tIHU3a05iSnZZTWpUOVJXQWFiSVpZ\nUDVHbzh0ZzlEVkZFQTd3ZnYvMmtJYWMKGfMFUm8/7OJ8GMiHbnenPALdqbJq/ERV\nTENpvWdtU3MHFdonqumSDa/SFkEXRzGoVSqAsCn4JtKXXMsaWDCYyw==\n-----END AGE ENCRYPTED FILE-----\n"
      recipient = "age1lae7085phcqm9x0c62w693a26a3nqd7ctgrh5pu0sva5nyhl859smm02m0"
    },
  ]
  kenc_forms = "ENC[AES256_GCM,data:fj5S004gwkVwo87UzGmCZdPEmkxhn+bQA1l8S/1m9ngFUu+rAxXmtZRTF9Ol8Ioon5fAR/I/LT+UsAFN+SnsOdWuYqpqnq4rgYBboIm2Z9EQdDOffh0hCKFusPyNFJpNXpgPswvkVgJG7AVf+i6Ao8KE2QCSatnkzUpWFTWhklqZz/prZ3lGd7WXwlGVjo9uhdb5GOEEiHXwbs9F1hNGCPnwTQusopsP43IF7YF/W5xSkD8gF3HbDIhKvkl9jzTZV7YJZ9jJfkFWTZXimfyFxbI8/LwVg/UcA3BNpLdgOPGwh+USirhfKbXica2xhg==,iv:LdY1GkNRhlKQ8VTfqdGKiK7mCer9JFkftyckfBAPpo4=,tag:FOE/pcrr2ZLT2FEFO15K9A==,type:str]"
  kenc_seal = "KENC[HMAC_SHA256,tag:yMUfL2hj0Q16ATK0ayZTPvO32bFEHpoArORzS6KFCvw=,version:2]"
  lastmodified = "2026-11-30T12:01:52+00:01"
  mac = "ENC[AES256_GCM,data:/Kby7MOaTr0AvTizjkBwcQ6Dhzk8NHUurhpgKAx/1lD10MXvQ+r6RB+8DU/1Vuvef/cOHlWozndY4ijrn5HKNhMKOSjnNDx8lWkWQ4t73GQmqb+8z45XQEzL96WOW99Hn2VonDJ1F//XZC6o6jmgAp6DKvxSsak3MG5NtvUIOaI=,iv:uSPax3hfctJyaY8pzzwmZfnZGLygZvQVHr3rV0VU/HY=,tag:4i5Nrs7YMDDHhMBTMNoa9w==,type:str]"
  unencrypted_suffix = "_unencrypted"
  version = "3.13.2"
}
