//! t
use std::time::Instant;
fn main(){
 for _ in 0..3 {
 let t=Instant::now(); let l=vec![modori::rules::Layer::shipped()]; println!("shipped {:?}",t.elapsed());
 let t=Instant::now(); let h=modori::rules::content_hash(&l); println!("hash {:?} {h}",t.elapsed());
 let t=Instant::now(); for f in &l[0].files { let s=std::str::from_utf8(f.bytes.as_ref().unwrap()).unwrap(); std::hint::black_box(toml::de::DeTable::parse_recoverable(s)); } println!("toml {:?}",t.elapsed());
 let t=Instant::now(); let s=modori::rules::load(&l); println!("load {:?}",t.elapsed());
 let set=s.set.unwrap();
 let t=Instant::now(); let m=modori::matcher::Matcher::new(&set); println!("matcher {:?}",t.elapsed()); drop(m);
 let t=Instant::now(); let m=modori::reading::Grammar::new(&set); println!("grammar {:?}",t.elapsed());drop(m);
 let t=Instant::now(); let m=modori::Engine::new(set); println!("engine {:?}",t.elapsed());
 let texts: Vec<String> = std::fs::read_to_string("/work/shared/corpus/replies-dev.jsonl").unwrap().lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["text"].as_str().unwrap().to_owned()).collect();
 for _ in 0..3 { let t=Instant::now(); for x in &texts { std::hint::black_box(m.lookup(x, Default::default())); } println!("lookup {:?}/text",t.elapsed()/texts.len() as u32);}
 let t=Instant::now(); for x in &texts { std::hint::black_box(m.read(x)); } println!("read {:?}/text",t.elapsed()/texts.len() as u32);
 }
}
#[allow(dead_code)] fn x(){}
