#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::config {

// The text of config/stillwatch.toml: every key with its default and one sentence.
std::string_view sample_config();

// What `stillwatch init` knows of a new installation. Empty texts keep what the sample has, or leave a mark
// to be filled in that check-config points at.
struct InitialChoices {
    std::string organisation;
    std::string contact;
    std::string storage_directory; // as it shall stand in the file; may be relative to it
    std::string control_socket;    // the same
    std::string metrics_listen;
    std::vector<std::string> recipients; // age public keys
};

// A commented configuration for a new installation: the sample with the choices in it, its example channels
// and sites turned into comments. Loads without problems when organisation, contact and recipients were
// given.
std::string initial_config(const InitialChoices& choices);

} // namespace stillwatch::config
