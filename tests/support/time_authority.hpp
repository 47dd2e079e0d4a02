#pragma once

#include "net/time_stamp.hpp"
#include "tests/support/command.hpp"

#include <stdexcept>
#include <string>

namespace stillwatch::test {

// A time authority as OpenSSL's own programs make it: a root, and one key with certificates of several kinds.
class TimeAuthority {
public:
    enum class Signer { good, expired, other_usage };

    TimeAuthority()
    {
        write_file(file("ts.cnf"), as_bytes(R"(
[it]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[good]
extendedKeyUsage = critical,timeStamping
[other_usage]
extendedKeyUsage = critical,serverAuth
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
)"));
        write_file(file("serial"), as_bytes("01\n"));
        const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config ts.cnf ";
        run("openssl req -x509 " + key +
            "-keyout root.key -out root.pem -days 3650 -subj /CN=Root -extensions authority");
        run("openssl req " + key + "-keyout tsa.key -out tsa.csr -subj '/CN=Example Time'");
        certify("good", "good", 30);
        certify("expired", "good", -1);
        certify("other_usage", "other_usage", 30);
    }

    // What it answers, in DER. A signer that OpenSSL's program refuses to be signs what the good one said.
    Bytes reply(ByteView query, Signer signer = Signer::good) const
    {
        write_file(file("query"), query);
        const std::string certificate = signer == Signer::expired ? "expired" : "good";
        run("openssl ts -reply -config ts.cnf -section it -queryfile query -signer " + certificate +
            ".pem -inkey tsa.key -chain root.pem -out reply");
        if (signer != Signer::other_usage) return read_file(file("reply"));
        run("openssl ts -reply -in reply -token_out -out token");
        run("openssl cms -verify -noverify -inform DER -in token -out said -CAfile root.pem");
        run("openssl cms -sign -binary -nodetach -cades -econtent_type 1.2.840.113549.1.9.16.1.4 -in said "
            "-signer other_usage.pem -inkey tsa.key -outform DER -out token -md sha256");
        const auto token = read_file(file("token"));
        const auto inside = token.size() + 5; // a status before it: granted
        Bytes reply = to_bytes("\x30\x82");
        reply.push_back(static_cast<std::byte>(inside >> 8U));
        reply.push_back(static_cast<std::byte>(inside & 0xFFU));
        append(reply, as_bytes(std::string_view("\x30\x03\x02\x01\x00", 5)));
        append(reply, token);
        return reply;
    }
    std::string roots_pem() const { return std::string(as_text(read_file(file("root.pem")))); }
    net::TimeStampRoots roots() const { return net::TimeStampRoots::from_pem(roots_pem()).value(); }
    std::filesystem::path file(const char* name) const { return directory_ / name; }
    void run(const std::string& command) const
    {
        const auto done =
            run_command({"sh", "-c", "cd " + directory_.path().string() + " && { " + command + "; }"});
        if (done.exit_code != 0) throw std::runtime_error(command + "\n" + done.err);
    }

private:
    void certify(const std::string& name, const std::string& usage, int days) const
    {
        run("openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -out " + name +
            ".pem -days " + std::to_string(days) + " -extfile ts.cnf -extensions " + usage);
    }

    TemporaryDirectory directory_;
};

} // namespace stillwatch::test
