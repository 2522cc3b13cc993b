# Variables of a shop
evil_unencrypted = "x"
region_unencrypted = "eu-west-1" // not secret
password = "ENC[AES256_GCM,data:SFOPOr7PGUJyCCuuSN83WQ==,iv:HSKqNPvXG9gC/MuH/smEePlTFXt8HoDzV7kIe36FqC0=,tag:eY+24MYX0IwRIlSzQ10pKQ==,type:str]" /* changed
   every month */
ports    = ["ENC[AES256_GCM,data:uS8=,iv:2loU7Jta0L4yHfXg7bZpGLobHA8nLP52/iyX7oOnrSI=,tag:TUgVayudMOTo3R3/zBGrkQ==,type:int]", "ENC[AES256_GCM,data:Ii8I,iv:y/YSirueKapEgadRtJ/+Fwp4YonBgPCTeLF8Vfa/Kbg=,tag:1nNVTD1DMQKrSKb9yhEoMw==,type:int]", "ENC[AES256_GCM,data:jS4JIQ==,iv:ZIkZVht3hxSN5u2UMdcvL4f14P2+4GNPOdvo5TrI5CY=,tag:KZAsJRO/O9/I1ZC4Eee7lw==,type:float]"] # of the proxy
database = {
  token : "ENC[AES256_GCM,data:lM/M,iv:SA1zEfxvw26wF43r5Sc6w5fb5v/J9NpwhsDfLHUjyZw=,tag:T0RReQ/BVV6uE3BzuIOC/g==,type:str]", # a note
  "a key" = { nested = ["ENC[AES256_GCM,data:iU7mwg==,iv:1P0n9izzTrTFfjEu0vAA2ZGnfjbnlnifPhpVxGwsvC4=,tag:9GOH/Iq3jma699cDGDdyBg==,type:bool]", null, {}] }
  # end
}
key = <<-EOT
    ENC[AES256_GCM,data:VNWAWbeWtK53qqez8MaA/nmM2sRUfBW8/lg=,iv:SAfL5xRM3OmYXHIgP6M6GS01GMbq3BL2O5NNl8mqIDM=,tag:nVYnhSmySosuHUcNMxowYg==,type:str]
  EOT
certificate = <<END
ENC[AES256_GCM,data:cHadUm8ax/uyOGml8zOeXloO/0Iwmy2FNyNK7z1i7F67X3Xw6Q4iZkru5yk6Pq28inLm/WY65p5Oeew=,iv:FgCcJ20+zthNBm4p6sM7W9gJt0DP1mBd+y8lXkBsOYA=,tag:uNp7hhNgV2A1OH1DzYjEUQ==,type:str]
END

sops = {
  age = [
    {
      enc = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBxaTNUREEvcDZ6YlBSRmMz\nbU1hUTkxVGwzOW9UY2pQK2JkK2RjMjhQMzBVCjlEY0R2M25RSWwvRXNqRjZkZzFp\nSEgrVGxBN3dvK29GY3AwZEtpTXVXSWsKLS0tIGdTaHVYNTZ3OW91TCswb2hhc3Nl\nd0lSNnRFYWRiZmNBYUVvRUt5aC93NlUKoD54yh6ecvjeP3+W40iY7LerbC5m//uy\nENubB1kEyj4kX5DNgY9oQ/3T5J/+uaH9DGNXZuGVKjZrdOWjkpRu6Q==\n-----END AGE ENCRYPTED FILE-----\n"
      recipient = "age1lae7085phcqm9x0c62w693a26a3nqd7ctgrh5pu0sva5nyhl859smm02m0"
    },
  ]
  kenc_forms = "ENC[AES256_GCM,data:5/qsqpEuDiy7g3Zusvgyis4cuiqWjGbGtH05HjfJ/4fuS+D6Iw0e2cVnkRjhHAic0XSwL0pL+073pJq4Z/OcIa+vTh6rV3ZzGw7gato=,iv:bvE8o0y7Br4lQWG7ENnCAd+KfdHvfY+wLzGaHp+k+Mc=,tag:QrfGriwF3nmJTNunS0NNjg==,type:str]"
  kenc_seal = "KENC[HMAC_SHA256,tag:tqTWxPvmH/YkGz/IVrXk9gejOJmbe8ROVGuNaJJNb5Y=,version:2]"
  lastmodified = "2026-11-30T15:26:19+00:01"
  mac = "ENC[AES256_GCM,data:qn0f++uP/m8JKRPTGLHZ++CH2wtOc6+/id10zuifZQKZt9CVCuYeWrjk7rSw6nElLHQMc7nZL3qbcBR+dCYP5FkbdcSpiBVKhPy64iut9vsp8vjuf2oVrT1QNlhik7Bz2SdJsYbxJdg/JZUx3VDclXLnTNg4oDYuJXLo9ta1rII=,iv:S1pM+FKjB8xuICaIHzTkYMUxeKs503EwMVWwKvWHOSs=,tag:a00pIcUyM0LOOg6rg4Ocpw==,type:str]"
  mac_only_encrypted = true
  unencrypted_suffix = "_unencrypted"
  version = "3.13.2"
}
