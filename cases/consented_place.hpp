#pragma once

#include "core/case.hpp"
#include "core/result.hpp"
#include "core/url.hpp"
#include "vault/seal.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// Where a person agreed that their pictures may stay: pages of their own, a shop of theirs. What is found
// there is recorded and told to nobody (docs/decisions/0020-consented-places.md).
namespace stillwatch::cases {

// A pattern of addresses of pages: a host with what lies below a path of it.
//   shop.example            every page of that host
//   *.shop.example          and of every host below it, shop.example itself as well
//   shop.example/anna       that address, what lies below it and with any query
//   shop.example/*/anna     '*' stands for any characters
// The scheme does not matter; a port that is not the scheme's belongs to the host.
class ConsentedPlace {
public:
    static constexpr std::size_t max_bytes = 512;
    static constexpr std::size_t max_stars = 8;

    // Errors: invalid_argument (no host, one without a dot, which would be too much, or too long).
    static Result<ConsentedPlace> parse(std::string_view text);

    bool covers(const Url& page) const;
    std::string text() const; // in one form, however it was typed

    friend bool operator==(const ConsentedPlace&, const ConsentedPlace&) = default;

private:
    std::string host_; // host_port() of the pages
    bool has_subdomains_ = false;
    std::string path_; // empty: all of the host
};

constexpr std::size_t max_places_of_case = 100;

// Of the cases whose consent is valid.
class ConsentedPlaces {
public:
    void add(CaseId id, ConsentedPlace place) { places_[id].push_back(std::move(place)); }
    bool cover(CaseId id, const Url& page) const;

private:
    std::map<CaseId, std::vector<ConsentedPlace>> places_;
};

// A pattern may name the person: it rests sealed under the case's key. Errors: refused (the case has no key).
Result<Bytes> seal_place(const Case& c, const ConsentedPlace& place);
// `key`: the case's. Errors: corrupt.
Result<ConsentedPlace> open_place(const vault::KeyPair& key, std::string_view pseudonym, ByteView sealed);
// By who holds the installation's key. Errors: corrupt, refused.
Result<ConsentedPlace> open_place(const Case& c, const vault::KeyPair& installation, ByteView sealed);

} // namespace stillwatch::cases
