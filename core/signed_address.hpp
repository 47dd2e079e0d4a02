#pragma once

#include "core/url.hpp"

#include <optional>
#include <string>
#include <string_view>

// Stores of pictures sign their addresses, and many sign them anew at every view of a page: one document
// under changing addresses.
namespace stillwatch {

// What names the document in an address that is signed.
struct Unsigned {
    std::string target;   // path and query without the signature; what was signed in the path is "*"
    bool is_sure = false; // by the parameters of a store that signs the whole path; else by how values look

    friend bool operator==(const Unsigned&, const Unsigned&) = default;
};

// Of a path and query; nothing where nothing in it looks like a signature.
std::optional<Unsigned> without_signature(std::string_view target);

// Whether a page that names `other` still names the document that `one` was the address of: they differ in
// their signatures only, or are one picture file with other queries.
bool is_same_document(const Url& one, const Url& other);

// Whether equal bytes under both mean one document in one place: also where the query is another, or what
// looks drawn by lot in the path, whatever it is called.
bool may_be_same_document(const Url& one, const Url& other);

} // namespace stillwatch
