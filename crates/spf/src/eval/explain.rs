//! The explanation of a fail (RFC 7208 §6.2).

use super::{Eval, Frame, texts};
use crate::explanation::Explanation;
use crate::macros::{DomainSpec, MacroString};
use crate::step::{Event, Trace};
use crate::why::Why;
use postrider_core::SafeText;
use postrider_resolver::{Kind, Resolver};

impl<R: Resolver, T: Trace> Eval<'_, R, T> {
    /// Whatever goes wrong here changes nothing.
    pub(super) async fn explain(&mut self, frame: &Frame) {
        let Some((span, spec)) = frame.record.explanation() else {
            return;
        };
        self.asker.step(|| Event::Term { text: frame.record.text_of(span).into(), span });
        match self.explanation(frame, spec).await {
            Ok(explanation) => self.explanation = Some(explanation),
            Err(why) => self.asker.step(|| Event::NoExplanation { why }),
        }
    }

    async fn explanation(
        &mut self,
        frame: &Frame,
        spec: &DomainSpec,
    ) -> Result<Explanation, SafeText> {
        let target = self.target(frame, spec).await.map_err(|why| SafeText::display(&why))?;
        let answer = self.asker.ask(target, Kind::Txt).await;
        let answer = answer.map_err(|e| SafeText::display(&Why::from(e)))?;
        // "If there are any DNS processing errors [...], or if no records are returned, or if more
        // than one record is returned, or if there are syntax errors in the explanation string, then
        // proceed as if no "exp" modifier was given."
        let mut texts = texts(&answer);
        let (Some(text), None) = (texts.next(), texts.next()) else {
            return Err(SafeText::from_static("not exactly one TXT record"));
        };
        let text = MacroString::parse_explanation(&text).map_err(|e| SafeText::display(&e))?;
        let expanded = self.expand(frame, &text).await;
        Explanation::new(&expanded, frame.domain.clone(), self.limits.explanation)
            .ok_or_else(|| SafeText::from_static("not printable US-ASCII"))
    }
}
