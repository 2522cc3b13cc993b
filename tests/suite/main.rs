//! The tests of the program, and of the parts of the library below it: one file for each property.
//!
//! `cargo test --test suite FILTER` runs the ones whose names contain `FILTER`, such as `documents::git`.

#![cfg(unix)]

#[allow(dead_code, missing_docs, unused_imports)]
#[path = "../../src/bin/kenc/args.rs"]
mod args;
#[macro_use]
#[path = "../support/mod.rs"]
mod support;

/// What is typed, and what is printed and documented.
mod command_line {
    mod book;
    mod completions;
    mod examples;
    mod flake;
    mod generated;
    mod hostile_text;
    mod manual_pages;
    mod neighbours;
    mod shell_blocks;
    mod surroundings;
    mod terminal;
    mod transcripts;
    mod windows;
}

/// Single values of config files.
mod documents {
    mod command_line;
    mod corpus;
    mod edit;
    mod exec;
    mod exports;
    mod exposure;
    mod forgery;
    mod git;
    mod krm;
    mod property;
    mod rescue;
    mod roundtrip;
    mod seal;
    mod seal_vectors;
    mod services;
    mod shown_keys;
    mod sops;
    mod tfvars;
    mod vectors;
    mod workbench;
    mod yaml_corpus;
}

/// Whole files, streams and folders.
mod files {
    mod age;
    mod age_crate;
    mod age_tamper;
    mod age_vectors;
    mod conversion;
    mod cut_off;
    mod decoder;
    mod esdk;
    #[cfg(target_os = "linux")]
    mod faults;
    mod leftovers;
    mod message_keys;
    mod modes;
    mod producers;
    #[cfg(target_os = "linux")]
    mod records;
    mod replacing;
    mod rewrap;
    mod s3;
    mod shards;
    mod storage;
    mod streams;
    mod tamper;
    #[cfg(target_os = "linux")]
    mod trees;
    mod vectors;
    mod verified_folders;
}

/// Keys, what holds them, and who is trusted with them.
mod keys {
    mod age;
    mod audit;
    mod checks;
    mod config;
    mod hostile_kms;
    mod kms;
    mod kms_lab;
    mod plugins;
    mod post_quantum;
    mod silent_keys;
    mod team_keys;
    mod trust;
    mod usage;
    mod use_log;
}

/// kenc under the name of sops, and beside it.
mod sops {
    mod both_ways;
    mod clients;
    mod flags;
    mod identities;
    mod link;
    mod notations;
    mod others;
    mod sentences;
}
