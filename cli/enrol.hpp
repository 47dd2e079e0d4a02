#pragma once

#include "cli/command.hpp"

#include <string>
#include <vector>

namespace stillwatch::cli {

// `stillwatch reference add`: reads each file in a worker of this process, seals its fingerprints to the
// case's public key and hands the sealed record over. A file that cannot be read is named with the reason and
// leaves the case as it was; the others are added all the same. References are named by free numbers: R-01,
// R-02, …
void enrol_files(Program& program, const std::string& pseudonym, const std::vector<std::string>& files);

// `stillwatch reference add-face`: reads photographs of the person in workers of this process, seals what
// tells the face from others to the case's public key and hands it over; needs consent that covers faces.
// What cannot stand for the person is named with what to improve; so is a face that is not like the others of
// this command, unless `is_same_person`. Named F-01, F-02, …
void enrol_faces(Program& program, const std::string& pseudonym, const std::vector<std::string>& files,
                 bool is_same_person);

// `stillwatch reference seal`: reads each file in a worker, without any installation, and prints what
// `reference add
// --sealed` takes: a line a picture, sealed to the key. The picture and its name do not travel.
void seal_files(Program& program, const std::string& key, const std::vector<std::string>& files);

// `stillwatch reference add --sealed`: hands over what such a file holds. A line that is refused is named by
// its number and the others are added.
void enrol_sealed(Program& program, const std::string& pseudonym, const std::string& file);

} // namespace stillwatch::cli
