//! Sees to it that the directory of the built pages exists, and that the binary is built anew
//! when they were.

fn main() {
    // What is not there cannot be embedded; what is empty can, and the server then says so.
    std::fs::create_dir_all("ui/dist").expect("ui/dist can be made");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=ui/dist");
}
