# Variables of a shop
region_unencrypted = "eu-west-1" // not secret
password = "c4r$${b}%%{o}u\u00e9\t\\" /* changed
   every month */
ports    = [80, 443, -1.50] # of the proxy
database = {
  token : "t\nu", # a note
  "a key" = { nested = [true, null, {}] }
  # end
}
key = <<-EOT
    line one

      line two $${x}
  EOT
certificate = <<END
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
END
