#include "cases/accounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::cases {
namespace {

Account account(const std::string& name, Role role, const std::string& user, bool is_disabled = false)
{
    return {name, role, user, is_disabled, {}, "root"};
}

const std::vector<Account> staff{account("anna", Role::caseworker, "anna"),
                                 account("ben", Role::lead, "benjamin"),
                                 account("old", Role::lead, "carla", true)};

TEST(Accounts, APeerActsAsTheAccountOfItsLogin)
{
    const auto acting = acting_as({"benjamin", false}, staff);
    EXPECT_EQ(acting.name, "ben");
    EXPECT_EQ(acting.role, Role::lead);
    EXPECT_EQ(acting_as({"anna", true}, staff).role, Role::caseworker);
}

TEST(Accounts, WithoutAnAccountOnlyTheOwnerHasARole)
{
    EXPECT_EQ(acting_as({"root", true}, staff).role, Role::operations);
    EXPECT_EQ(acting_as({"root", true}, staff).name, "root");
    EXPECT_EQ(acting_as({"stranger", false}, staff).role, Role::none);
    EXPECT_EQ(acting_as({"ben", false}, staff).role, Role::none); // an account's name is no login
    EXPECT_EQ(acting_as({"", false}, {account("x", Role::lead, "")}).role, Role::none);
}

TEST(Accounts, ADisabledAccountHasNoRole)
{
    EXPECT_EQ(acting_as({"carla", false}, staff).role, Role::none);
}

TEST(Accounts, AnInstallationIsOnePersonsUntilAnAccountIsEnabled)
{
    EXPECT_TRUE(is_single_person({}));
    EXPECT_TRUE(is_single_person({staff.back()}));
    EXPECT_FALSE(is_single_person(staff));
}

TEST(Accounts, NamesAreNeverGivenTwice)
{
    EXPECT_TRUE(check_account(account("dora", Role::auditor, "carla"), staff)); // the login is free again
    for (const auto* name : {"anna", "old"})
        EXPECT_EQ(check_account(account(name, Role::lead, "new"), staff).error().code, Errc::exists) << name;
    EXPECT_EQ(check_account(account("dora", Role::lead, "benjamin"), staff).error().code, Errc::exists);
}

TEST(Accounts, WhatCannotStandInALogIsRefused)
{
    for (const auto* name : {"", "a b", "a/b", "a\x1b[2J"}) {
        EXPECT_EQ(check_account(account(name, Role::lead, "new"), staff).error().code,
                  Errc::invalid_argument);
        EXPECT_EQ(check_account(account("new", Role::lead, name), staff).error().code,
                  Errc::invalid_argument);
    }
    EXPECT_EQ(check_account(account("new", Role::none, "new"), staff).error().code, Errc::invalid_argument);
}

} // namespace
} // namespace stillwatch::cases
