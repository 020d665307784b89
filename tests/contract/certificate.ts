// A key and a certificate for it that signs itself, as PEM files.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export function makeCertificate(directory: string, name = "server"): { TLS_CERT_FILE: string; TLS_KEY_FILE: string } {
  const [key, cert] = [join(directory, `${name}.key.pem`), join(directory, `${name}.pem`)];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { TLS_CERT_FILE: cert, TLS_KEY_FILE: key };
}
