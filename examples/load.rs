//! t
fn main(){ let l=vec![modori::rules::Layer::shipped()]; for _ in 0..40 { std::hint::black_box(modori::rules::load(&l)); } }
