// A key and a certificate as an operator has them: two PEM files.
#pragma once

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace grover::testing {

// A key and a certificate for "localhost" that signs itself, as PEM files.
class Certificate {
public:
    Certificate() {
        std::string pattern = (std::filesystem::temp_directory_path() / "grover-tls-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        EVP_PKEY* key = ::EVP_EC_gen("P-256");
        X509* certificate = ::X509_new();
        ::X509_set_version(certificate, 2);
        ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), 1);
        ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -3600);
        ::X509_gmtime_adj(::X509_getm_notAfter(certificate), 3600);
        ::X509_set_pubkey(certificate, key);
        X509_NAME* name = ::X509_get_subject_name(certificate);
        ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        ::X509_set_issuer_name(certificate, name);
        REQUIRE(::X509_sign(certificate, key, ::EVP_sha256()) > 0);
        std::FILE* file = std::fopen(cert().c_str(), "w");
        ::PEM_write_X509(file, certificate);
        std::fclose(file);
        file = std::fopen(this->key().c_str(), "w");
        ::PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        ::X509_free(certificate);
        ::EVP_PKEY_free(key);
    }
    ~Certificate() { std::filesystem::remove_all(directory_); }
    std::string cert() const { return directory_ + "/cert.pem"; }
    std::string key() const { return directory_ + "/key.pem"; }

private:
    std::string directory_;
};

}  // namespace grover::testing
